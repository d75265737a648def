-- A call is about to be made, some time after its turn came. No more than `limit` messages in any stretch of `length`
-- are started, however long their calls were held up in between. Who learns afterwards that its call took longer than
-- usual moves its instant to when it may have arrived (`arrived` in books.py).
-- Answers {0, now_us} go | {1, wait_us} | {3, 0} the books were lost: first add what was sent (limiter_merge.lua).
local started, epoch = KEYS[1], KEYS[2]
local length, limit, messages, name = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local known = ARGV[5]

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function exact(number)
    return string.format('%.0f', number)
end

if redis.call('GET', epoch) ~= known then
    return {3, 0}
end

redis.call('ZREMRANGEBYSCORE', started, '-inf', exact(now - length))
redis.call('ZREMRANGEBYSCORE', started, '(' .. exact(now), '+inf') -- the clock was set back
local there = redis.call('ZCARD', started)
local over = math.min(there + messages - limit, there)
if over > 0 then
    local leaves = redis.call('ZRANGE', started, over - 1, over - 1, 'WITHSCORES')[2]
    return {1, math.ceil(leaves + length - now)}
end
for part = 1, messages do
    redis.call('ZADD', started, exact(now), name .. ':' .. part)
end
redis.call('PEXPIRE', started, math.ceil(length / 1000) + 1000)
return {0, now}
