-- A call is about to be made, some time after its turn came. No more than `limit` messages in any stretch of `length`
-- are started, however long their calls were held up in between. Who learns afterwards that its call took longer than
-- usual moves its instant to when it may have arrived (`arrived` in books.py). Likewise per chat, by a drip of its own:
-- what a commit held up for long would else come right before what was on time.
-- Answers {0, now_us} go | {1, wait_us} nobody may | {2, wait_us} this chat may not
--       | {3, 0} the books were lost: first add what was sent (limiter_merge.lua).
local started, epoch, chat_started = KEYS[1], KEYS[2], KEYS[3]
local length, limit, messages, name = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local known, chat_interval, chat_burst = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function exact(number)
    return string.format('%.0f', number)
end

if redis.call('GET', epoch) ~= known then
    return {3, 0}
end

local chat_due = 0
if chat_interval > 0 then
    chat_due = tonumber(redis.call('GET', chat_started) or 0)
    if chat_due > now + 60000000 then -- the clock was set back
        chat_due = 0
    end
    local wait = chat_due - (chat_burst - math.min(messages, chat_burst)) * chat_interval - now
    if wait > 0 then
        return {2, math.ceil(wait)}
    end
end

redis.call('ZREMRANGEBYSCORE', started, '-inf', exact(now - length))
-- The clock was set back. A call that is late may count from some milliseconds ahead.
redis.call('ZREMRANGEBYSCORE', started, '(' .. exact(now + length), '+inf')
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
if chat_interval > 0 then
    chat_due = math.max(chat_due, now) + messages * chat_interval
    redis.call('SET', chat_started, exact(chat_due), 'PX', math.ceil((chat_due - now) / 1000) + 15000)
end
return {0, now}
