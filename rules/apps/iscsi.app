# RFC 7143 11.12: a login request, immediate, no additional headers; text keys behind the 48 bytes of the header.
app iscsi "Internet SCSI"
port tcp 3260
tcp client /^\x43.\x00\x00\x00\x00..[\x00\x40\x80].{39}[A-Z][A-Za-z]{3,30}=/s
tcp server /^\x23.\x00\x00\x00\x00..[\x00\x40\x80].{39}[A-Z][A-Za-z]{3,30}=/s
