# RFC 9112 3 and 4: a request line or a status line of HTTP/1.0 or 1.1. An upgrade is not followed; WebSocket is named. Servers
# ignore empty lines before a request (2.2), and take lines of 8 KiB: a target that is longer than half of what is looked at is enough.
app http "Hypertext Transfer Protocol 1"
port tcp 80 8000 8008 8080 8888 3128
tcp client /^[\r\n]*[A-Z][A-Z_-]{1,24} [^\r\n]+ HTTP\/1\.[01][ \t]*\r?\n/
tcp client /^[\r\n]*(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE) (?:\/|https?:\/\/)[^\r\n ]{2048}/
tcp server /^HTTP\/1\.[01] [1-5]\d\d[ \r\n]/
