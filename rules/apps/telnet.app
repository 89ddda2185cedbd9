# RFC 854: options are negotiated, several at once or by both ends.
app telnet "Telnet"
port tcp 23
tcp any /^\xff[\xfb-\xfe][\x00-\x31\xff]\xff[\xfa-\xfe][\x00-\x31\xff]/
tcp both /^\xff[\xfb-\xfe][\x00-\x31\xff]/
