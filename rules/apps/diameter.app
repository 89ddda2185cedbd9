# RFC 6733 3: version 1; 5.3: capabilities exchange is command 257 of application 0.
app diameter "Diameter"
port tcp 3868
tcp any /^\x01\x00..[\x00\x20\x40\x80\xa0\xc0]\x00\x01\x01\x00{4}.{8}\x00\x00\x01/s
