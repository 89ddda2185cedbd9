# RFC 9271 4: commands, and what the server begins its answers with.
app nut "Network UPS Tools"
port tcp 3493
tcp client /^(?:LIST (?:UPS|VAR|RW|CMD|ENUM|RANGE|CLIENT)|GET (?:VAR|NUMLOGINS|UPSDESC|TYPE|DESC|CMDDESC)|USERNAME|STARTTLS|VER|NETVER|PROTVER|LOGOUT)[ \r\n]/ server /^(?:BEGIN LIST |OK\r?\n|OK (?:STARTTLS|Goodbye)|ERR [A-Z][A-Z-]+|VAR |UPSDESC |Network UPS Tools )/
