# The native protocol: Hello (0) and a client's name; the server's Hello has the server's.
app clickhouse "ClickHouse"
port tcp 9000
tcp any /^\x00[\x0a-\x3f]ClickHouse/
