# The binary protocol: a magic for requests and answers, a type, a size. The text protocol: a command, and lines or a full stop.
app gearman "Gearman"
port tcp 4730
tcp any /^\x00RE[QS]\x00\x00\x00[\x01-\x2a]\x00/
tcp client /^(?:status|workers)\r?\n/ server /^(?:\.\n|[!-~]+\t\d{1,10}\t\d{1,10}\t\d{1,10}\n|\d{1,10} [0-9a-fA-F.:]{2,39} [!-~]+ :)/
