# DRDA: a DSS header (0xd0) and the DDM command EXCSAT (0x1041), answered by EXCSATRD (0x1443).
app drda "DRDA: DB2, Derby"
port tcp 50000 1527
tcp client /^[\x00-\x7f].\xd0[\x01-\x73]..[\x00-\x7f].\x10\x41/s
tcp server /^[\x00-\x7f].\xd0[\x01-\x73]..[\x00-\x7f].\x14\x43/s
