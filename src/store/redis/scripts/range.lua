-- A page of an ordered set, strictly after a place that need not be taken.
--
-- KEYS  1 head  2 the index
-- ARGV  1-3 see head.lua  4 score of the place, or empty  5 its member  6 highest score
--       7 last member at it, or empty for all of them  8 how many at most
local SET = KEYS[2]
-- Redis orders members by their bytes; Lua's own comparison follows the server's language.
local function behind(text, other)
  for at = 1, math.min(#text, #other) do
    local left, right = string.byte(text, at), string.byte(other, at)
    if left ~= right then
      return left > right
    end
  end
  return #text > #other
end
local function rank_behind(score, member)
  local there = redis.call('ZSCORE', SET, member)
  if there and tonumber(there) == tonumber(score) then
    return redis.call('ZRANK', SET, member) + 1
  end
  local low = redis.call('ZCOUNT', SET, '-inf', '(' .. score)
  local high = redis.call('ZCOUNT', SET, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if behind(redis.call('ZRANGE', SET, middle, middle)[1], member) then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end
local first, last = 0, 0
if ARGV[4] ~= '' then
  first = rank_behind(ARGV[4], ARGV[5])
end
if ARGV[7] == '' then
  last = redis.call('ZCOUNT', SET, '-inf', ARGV[6])
else
  last = rank_behind(ARGV[6], ARGV[7])
end
last = math.min(last, first + tonumber(ARGV[8]))
if first >= last then
  return { 'ok', whole(now), {} }
end
return { 'ok', whole(now), redis.call('ZRANGE', SET, first, last - 1, 'WITHSCORES') }
