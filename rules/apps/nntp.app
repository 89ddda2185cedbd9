# RFC 3977 5.1: the greeting, and the commands that clients begin with.
app nntp "Network News Transfer Protocol"
port tcp 119
tcp client /^(?:CAPABILITIES|MODE READER|GROUP |LIST|AUTHINFO |DATE|XOVER|ARTICLE|STARTTLS)[^\r\n]*\r\n/i server /^20[01][ -]/
