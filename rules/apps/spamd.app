# spamd/PROTOCOL: a request line, a response line.
app spamd "SpamAssassin"
port tcp 783
tcp client /^(?:CHECK|SYMBOLS|REPORT|REPORT_IFSPAM|SKIP|PING|PROCESS|HEADERS|TELL) SPAMC\/\d\.\d{1,2}\r?\n/
tcp server /^SPAMD\/\d\.\d{1,2} \d{1,3} /
