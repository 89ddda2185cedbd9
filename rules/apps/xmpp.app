# RFC 6120 4.2: the stream's header. STARTTLS (5) is not followed.
app xmpp "Extensible Messaging and Presence Protocol"
port tcp 5222 5269
tcp any /^(?:<\?xml[^>]*\?>\s{0,4})?<stream:stream\s/
