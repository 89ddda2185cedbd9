# IEC 60870-5-104: STARTDT, or TESTFR, asked and confirmed; then frames of the same kind.
app iec104 "IEC 60870-5-104"
port tcp 2404
tcp client /^\x68\x04[\x07\x43]\x00\x00\x00/ server /^\x68[\x04-\xfd]/s
