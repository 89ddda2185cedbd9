# RFC 9051 7.1: the greeting; 2.2: a tag and a command. STARTTLS is not followed.
app imap "Internet Message Access Protocol"
port tcp 143
tcp server /^\* (?:OK|PREAUTH|BYE) [^\r\n]*IMAP/i
tcp client /^[A-Za-z0-9.]{1,24} (?:CAPABILITY|LOGIN|AUTHENTICATE|STARTTLS|ID|NOOP|LOGOUT)[ \r\n]/i server /^\* (?:OK|PREAUTH|BYE)[ \r\n]/i
