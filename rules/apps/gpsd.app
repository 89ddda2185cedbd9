# gpsd_json(5): the daemon's first object.
app gpsd "gpsd"
port tcp 2947
tcp server /^\{"class":"VERSION","release":"/
