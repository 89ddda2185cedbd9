# RFC 1006 and ISO 8073: connection request and confirm with TSAPs, then protocol 0x32 in a data TPDU.
app s7comm "Siemens S7"
port tcp 102
tcp any /^\x03\x00\x00\x16\x11[\xe0\xd0].{5}[\xc0-\xc2].{9}.{1,3}\x03\x00..\x02\xf0\x80\x32/s
