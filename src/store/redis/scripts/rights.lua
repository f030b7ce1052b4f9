-- Does one of each thing that scripts do, on a key of its own, and tells what the user may not do.
--
-- KEYS  1 a key that nobody else has
-- ARGV  1 channel of the bell  2 a word that rings nobody
local key, missing = KEYS[1], {}
-- The words differ from release to release.
local function is_barred(told)
  return string.find(told, 'The user executing', 1, true) or string.find(told, 'ACL failure', 1, true)
end
local function try(command, ...)
  local told = redis.pcall(command, ...)
  if type(told) == 'table' and told.err and is_barred(told.err) then
    local is_channel = string.find(told.err, 'channel', 1, true)
    missing[#missing + 1] = is_channel and '&' or '+' .. string.lower(command)
    return false
  end
  return true
end
try('TIME')
try('INFO', 'memory')
try('EXISTS', key)
try('GET', key)
try('HSET', key, 'f', 'v')
try('HGET', key, 'f')
try('HMGET', key, 'f')
try('HDEL', key, 'f')
try('ZADD', key, 1, 'm')
try('ZRANGE', key, 0, 1)
try('ZRANGEBYSCORE', key, 0, 1)
try('ZRANK', key, 'm')
try('ZSCORE', key, 'm')
try('ZCOUNT', key, 0, 1)
try('ZREM', key, 'm')
try('XRANGE', key, '-', '+')
try('XREVRANGE', key, '+', '-')
-- Only what can be removed is made.
if try('DEL', key) then
  try('XADD', key, '1-0', 'f', 'v')
  redis.call('DEL', key)
end
try('SET', key, 'v', 'PX', 1)
try('PUBLISH', ARGV[1], ARGV[2])
return missing
