# clamd(8): commands with z and a NUL, or n and a newline; alone, only with what answers it.
app clamd "ClamAV"
port tcp 3310
tcp client /^z(?:PING|VERSION|VERSIONCOMMANDS|INSTREAM|IDSESSION|STATS|RELOAD|FILDES|(?:CONT|MULTI|ALLMATCH)?SCAN [^\x00\r\n]+)\x00/
tcp client /^n(?:PING|VERSION|VERSIONCOMMANDS|INSTREAM|IDSESSION|STATS|RELOAD|FILDES|(?:CONT|MULTI|ALLMATCH)?SCAN [^\x00\r\n]+)\n/
tcp client /^(?:PING|VERSION)\n/ server /^(?:PONG\n|ClamAV \d)/
