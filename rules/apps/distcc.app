# doc/protocol-1.txt: the greeting with the version, the number of arguments, the first of them.
app distcc "distcc"
port tcp 3632
tcp client /^DIST0000000[1-3]ARGC[0-9a-f]{8}ARGV/
