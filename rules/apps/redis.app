# RESP: a command is an array of bulk strings. Typed by hand it is a line, and answered by RESP. Empty lines before either are ignored.
app redis "Redis"
port tcp 6379 6380 26379
tcp client /^[\r\n]*\*[1-9]\d{0,5}\r\n\$\d{1,9}\r\n/
tcp client /^[\r\n]*(?:PING|INFO|AUTH|HELLO|SET|GET|DEL|KEYS|CONFIG|SELECT|MONITOR|COMMAND|CLIENT|EXISTS|FLUSHALL|SLAVEOF|REPLICAOF|PSYNC|SYNC|MODULE|EVAL|SAVE|QUIT)\b[^\r\n]*\r?\n/i server /^(?:\+PONG\r\n|\+OK\r\n|-(?:ERR|NOAUTH|WRONGPASS|DENIED|MOVED|NOPERM|LOADING|READONLY)[ \r]|\$-?\d{1,9}\r\n|\*-?\d{1,6}\r\n|:-?\d{1,20}\r\n)/
