# RFC 9113 3.4: the client's preface.
app http2 "Hypertext Transfer Protocol 2 in clear"
over http
port tcp 80
tcp client /^PRI \* HTTP\/2\.0\r\n\r\nSM\r\n\r\n/
