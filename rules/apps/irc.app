# RFC 2812 3.1: registration; 2.3, 2.4: a server's prefix and numbers.
app irc "Internet Relay Chat"
port tcp 6667 6666 6668 6669
tcp client /^(?:PASS [^\r\n]*\r?\n)?(?:CAP [^\r\n]+\r?\n)?NICK [^\r\n]+\r?\n\s{0,4}USER [^\r\n]+\r?\n/i
tcp client /^(?:CAP (?:LS|REQ)|NICK |PASS |USER )[^\r\n]*\r?\n/i server /^(?::[^ \r\n]+ (?:\d{3}|NOTICE|CAP|PING|ERROR|MODE|NICK) |NOTICE |ERROR :|PING )/i
tcp server /^:[^ \r\n]+ (?:001 |020 |NOTICE (?:AUTH|\*|[A-Za-z_\[\]]{1,30}) :\*\*\*)/i
tcp server /^NOTICE (?:AUTH|\*) :\*\*\*/i
