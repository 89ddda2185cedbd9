# MS-SMB2 2.2.1, 2.2.41: SMB 2 and 3, plain, encrypted, compressed; RFC 1002 4.3: behind the session service's header, and
# perhaps a session request. A server that takes up SMB 2 from a negotiation of SMB 1 makes it this one.
app smb "Server Message Block 2 and 3"
over smb1 netbios-ssn
port tcp 445 139
tcp any /^(?:\x81\x00\x00\x44.{68}|\x82\x00\x00\x00)?\x00[\x00-\x01]..[\xfc-\xfe]SMB/s
