# RFC 1939 3: the greeting; RFC 2449 CAPA, RFC 5034 AUTH with a mechanism (with a password it is Redis), RFC 2595 STLS, which is not followed.
app pop3 "Post Office Protocol 3"
port tcp 110
tcp client /^(?:USER |APOP |CAPA\r?\n|AUTH(?:\r?\n| (?:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|GSS-SPNEGO|EXTERNAL|ANONYMOUS|KERBEROS_V4|XOAUTH2|OAUTHBEARER|SCRAM-[A-Z0-9-]+)[ \r\n])|STLS\r?\n|QUIT\r?\n)/i server /^(?:\+OK|-ERR)[ \r\n]/i
tcp server /^\+OK [^\r\n]*(?:POP|<[^\r\n>]+@[^\r\n>]+>)/i
