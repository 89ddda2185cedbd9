# RFC 959: greeting 220 and the commands a client begins with (4.1.1), or a greeting that says what it is.
# RFC 4217: AUTH. What is behind it is not followed.
app ftp "File Transfer Protocol"
port tcp 21
tcp server /^220[ -][^\r\n]*FTP/i
tcp client /^(?:USER [^\r\n]+\r?\nPASS |FEAT\r?\n|SYST\r?\n|OPTS |CLNT |AUTH (?:TLS|SSL)[ \r\n])/i server /^220[ -]/
tcp client /^USER [^\r\n]+\r?\n/i server /^220[ -](?:[^\r\n]*\r?\n)+(?:331|230|530|421)[ -]/
