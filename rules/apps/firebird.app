# The wire protocol: op_connect (1), op_attach (19) or op_create (20), the version of connecting 2 or 3, Intel or generic architecture, a path.
app firebird "Firebird"
port tcp 3050
tcp client /^\x00\x00\x00\x01\x00\x00\x00[\x13\x14\x52]\x00\x00\x00[\x02\x03]\x00\x00\x00./s
