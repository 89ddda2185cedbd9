# DICOM PS3.8 9.3.2: an A-ASSOCIATE request or acceptance, version 1, reserved zeroes, two titles of 16 characters.
app dicom "DICOM"
port tcp 104 11112
tcp any /^[\x01\x02]\x00\x00\x00[\x00-\x0f].\x00\x01\x00\x00[ -~]{32}/s
