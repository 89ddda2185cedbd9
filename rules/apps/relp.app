# RELP 2.1, 3: a transaction's number, the command, a length; "open" is the first and says the version.
app relp "Reliable Event Logging Protocol"
port tcp 2514 20514
tcp client /^\d{1,9} open \d{1,4} relp_version=\d/
