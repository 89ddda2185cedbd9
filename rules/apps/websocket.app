# RFC 6455 4.2.2: the server switches protocols.
app websocket "WebSocket"
over http
port tcp 80
tcp server /^HTTP\/1\.1 101 [^\r\n]*\r\n(?:[^\r\n]+\r\n)*Upgrade: *websocket\r\n/i
