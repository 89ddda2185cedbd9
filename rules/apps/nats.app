# The client protocol: the server's INFO and the client's CONNECT, each with JSON.
app nats "NATS"
port tcp 4222
tcp server /^INFO +\{"/
tcp client /^CONNECT +\{"[^\r\n]+\}[ \t]*\r\n/
