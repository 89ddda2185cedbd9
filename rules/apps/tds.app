# MS-TDS 2.2.6.5: PRELOGIN (0x12) and its first option, the version of 6 bytes; 2.2.6.4: LOGIN7 (0x10) and the versions
# it may say; the server's PRELOGIN comes as a tabular result (4). TDS 4.2 and 5.0: a login (2) of 512 bytes.
app tds "Tabular Data Stream: SQL Server, Sybase"
port tcp 1433
tcp client /^\x12[\x00\x01\x09][\x00-\x0f].\x00\x00.\x00\x00\x00.\x00\x06[\x01-\x07\xff]/s
tcp client /^\x10[\x00\x01\x09]..\x00\x00.\x00..\x00\x00[\x00-\x04]\x00[\x00\x09-\x0b][\x70-\x74]/s
tcp server /^\x04\x01\x00.\x00\x00.\x00\x00\x00.\x00\x06[\x01-\x07\xff]\x00.\x00[\x01\x02]/s
tcp client /^\x02[\x00\x01]\x02\x00\x00\x00\x00\x00[ -~]{1,30}\x00/s
