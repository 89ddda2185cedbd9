# The transport between nodes: its two letters, a length, and a request's id.
app elasticsearch "Elasticsearch transport"
port tcp 9300
tcp any /^ES\x00[\x00-\x0f]..\x00{4}.{4}[\x00-\x0f]\x00/s
