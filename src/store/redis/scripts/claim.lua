-- Takes what is due and hides it for a while.
--
-- KEYS  1 head  2 the due index  3 far
-- ARGV  1-3 see head.lua  4 how many at most  5 for how long, in ms
local DUE, FAR = KEYS[2], KEYS[3]
local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', whole(now), 'WITHSCORES', 'LIMIT', 0, ARGV[4])
local hidden = whole(now + tonumber(ARGV[5]))
for at = 1, #due, 2 do
  local member = due[at]
  if head[4] and string.sub(member, 1, 1) == '~' then
    member = string.sub(member, 23)
    redis.call('ZREM', DUE, due[at])
    redis.call('HDEL', FAR, 'due ' .. member)
  end
  redis.call('ZADD', DUE, hidden, member)
end
if #due > 0 then
  redis.call('HSET', HEAD, 'now', whole(now))
end
return { 'ok', whole(now), due }
