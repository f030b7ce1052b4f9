-- Reads entities and scores of one slot at one moment.
--
-- KEYS  1 head  2 gone  3 far  4.. entities, then indexes
-- ARGV  1-3 see head.lua  4 how many entities  5.. their names, then (key, index, member) each
local GONE, FAR = KEYS[2], KEYS[3]
local told = { 'ok', whole(now) }
local entities = tonumber(ARGV[4])
for number = 1, entities do
  local found = redis.call('HMGET', KEYS[3 + number], 'version', 'body')
  if not found[1] then
    found[1] = redis.call('HGET', GONE, ARGV[4 + number])
  end
  told[#told + 1] = found[1]
  told[#told + 1] = found[2]
end
for at = 5 + entities, #ARGV, 3 do
  local set, index, member = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local text = head[4] and redis.call('HGET', FAR, index .. ' ' .. member)
  told[#told + 1] = text and ('~' .. text) or redis.call('ZSCORE', set, member)
end
return told
