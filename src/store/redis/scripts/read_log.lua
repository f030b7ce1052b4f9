-- A page of a log, with where the log begins and ends.
--
-- KEYS  1 head  2 the log
-- ARGV  1-3 see head.lua  4 the first record wanted, or empty for none  5 how many at most
local function seq(found)
  return found[1] and string.match(found[1][1], '^%d+') or '0'
end
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
local records = {}
if ARGV[4] ~= '' then
  records = redis.call('XRANGE', KEYS[2], ARGV[4] .. '-0', '+', 'COUNT', ARGV[5])
end
return { 'ok', whole(now), seq(newest), seq(oldest), records }
