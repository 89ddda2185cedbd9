# RFC 1002 4.3.2: a session request with two names; what follows may be more exact.
app netbios-ssn "NetBIOS session service"
port tcp 139
tcp client /^\x81\x00\x00\x44\x20[A-P]{32}\x00\x20[A-P]{32}\x00/s
