# The greeting, 128 bytes.
app tarantool "Tarantool"
port tcp 3301
tcp server /^Tarantool \d\.\d/
