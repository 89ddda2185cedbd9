# FIX: begin string, body length, message type, in this order (FIX transport, 3-field header).
app fix "Financial Information Exchange"
tcp any /^8=FIX(?:T\.1\.1|\.[45]\.\d(?:SP\d)?)\x019=\d{1,6}\x0135=/
