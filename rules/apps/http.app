# RFC 9112 3 and 4: a request line or a status line of HTTP/1.0 or 1.1. An upgrade is not followed; WebSocket is named.
app http "Hypertext Transfer Protocol 1"
port tcp 80 8000 8008 8080 8888 3128
tcp client /^(?:\r?\n){0,2}[A-Z][A-Z_-]{1,24} [^\r\n]+ HTTP\/1\.[01][ \t]*\r?\n/
tcp server /^HTTP\/1\.[01] [1-5]\d\d[ \r\n]/
