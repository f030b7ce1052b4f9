-- Takes a slot into use, or says that it still is, by two writes: Redis files them as one transaction,
-- which comes back after a restart whole or not at all. What is told is then written alone (stand.lua).
--
-- KEYS  1 head
-- ARGV  1 deployment
local head = redis.call('HMGET', KEYS[1], 'deployment', 'together', 'alone')
if head[1] and head[1] ~= ARGV[1] then
  return { 'another' }
end
local number = math.max(tonumber(head[2]) or 0, tonumber(head[3]) or 0) + 1
redis.call('HSET', KEYS[1], 'deployment', ARGV[1])
redis.call('HSET', KEYS[1], 'together', number)
return number
