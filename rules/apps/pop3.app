# RFC 1939 3: the greeting; RFC 2449 CAPA, RFC 2595 STLS, which is not followed.
app pop3 "Post Office Protocol 3"
port tcp 110
tcp client /^(?:USER |APOP |CAPA\r?\n|AUTH[ \r\n]|STLS\r?\n|QUIT\r?\n)/i server /^(?:\+OK|-ERR)[ \r\n]/i
tcp server /^\+OK [^\r\n]*(?:POP|<[^\r\n>]+@[^\r\n>]+>)/i
