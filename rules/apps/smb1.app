# MS-CIFS 2.2.3.1. For those who want to refuse it.
app smb1 "Server Message Block 1"
over netbios-ssn
port tcp 445 139
tcp any /^(?:\x81\x00\x00\x44.{68}|\x82\x00\x00\x00)?\x00[\x00-\x01]..\xffSMB[\x00-\xff]/s
