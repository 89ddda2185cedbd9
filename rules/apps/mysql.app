# Handshake v10: length, sequence 0, the version as a string. Or an error instead: too many, or not this host.
app mysql "MySQL, MariaDB"
port tcp 3306
tcp server /^..\x00\x00\x0a\d{1,2}\.\d{1,2}\.[!-~ ]{1,60}\x00.{12}\x00/s
tcp server /^..\x00\x00\xff[\x10\x69\x6a]\x04[ -~]{8}/s
