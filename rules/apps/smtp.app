# RFC 5321 4.1.1.1, 4.3.1: EHLO, HELO, and the greeting if it says so. RFC 2033: LHLO. STARTTLS (RFC 3207) is not followed.
app smtp "Simple Mail Transfer Protocol"
port tcp 25 587
tcp client /^(?:EHLO|HELO|LHLO)(?: [^\r\n]+)?\r?\n/i
tcp server /^220[ -][^\r\n]*\bE?SMTP[^A-Za-z]/i
