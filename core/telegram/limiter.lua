-- One request asks to be sent now. All or nothing: either every book is charged or none.
-- Answers {0, now_us} go | {1, wait_us} nobody of its class may | {2, wait_us} this chat may not
--       | {3, 0} these aren't the books that the asker knows: first it has to add what it has sent (limiter_merge.lua).
--
-- Three kinds of book:
--   drip    the instant when the next message is due (a "theoretical arrival time"); a burst runs ahead of it
--   window  the instants of the last messages; no more than `limit` in any stretch of `length`
--   pause   a key that exists while sending is off, after a 429
local all_drip, all_window, all_pause, waiters, epoch = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local chat_drip, chat_window, chat_pause = KEYS[6], KEYS[7], KEYS[8]

local interval, tolerance, length, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local messages, interactive, asker, others_wait = tonumber(ARGV[5]), ARGV[6] == '1', ARGV[7], ARGV[8] == '1'
local announced_us, spare, name = tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11]
local known, settling_us = ARGV[12], tonumber(ARGV[13])
local chat_interval, chat_burst = tonumber(ARGV[14]), tonumber(ARGV[15])
local chat_length, chat_limit = tonumber(ARGV[16]), tonumber(ARGV[17])

local ALBUM = 10 -- the most messages of one call

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function exact(number)
    return string.format('%.0f', number)
end

local function pause_wait(key)
    return math.max(redis.call('PTTL', key), 0) * 1000
end

-- An instant too far ahead comes from before the clock was set back; it counts for as little as a missing one.
local function due_at(key, missing, latest)
    local due = tonumber(redis.call('GET', key) or missing)
    return due > latest and missing or due
end

local function window_wait(key, long, most)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', exact(now - long))
    redis.call('ZREMRANGEBYSCORE', key, '(' .. exact(now), '+inf')
    local there = redis.call('ZCARD', key)
    local over = math.min(there + messages - most, there)
    if over <= 0 then
        return 0
    end
    return redis.call('ZRANGE', key, over - 1, over - 1, 'WITHSCORES')[2] + long - now
end

local function charge_drip(key, due, step, keep_ms)
    local after = math.max(due, now) + messages * step
    redis.call('SET', key, exact(after), 'PX', exact(math.ceil((after - now) / 1000) + keep_ms))
end

local function charge_window(key, long)
    for part = 1, messages do
        redis.call('ZADD', key, exact(now), name .. ':' .. part)
    end
    redis.call('PEXPIRE', key, exact(long / 1000 + 1000))
end

local function announce(for_us)
    redis.call('ZADD', waiters, exact(now + for_us), asker)
    redis.call('PEXPIRE', waiters, exact(for_us / 1000 + 1000))
end

local began = redis.call('GET', epoch)
if began ~= known then
    return {3, 0}
end

local chat_due = 0
if chat_interval > 0 then
    chat_due = due_at(chat_drip, 0, now + 60000000)
    local ahead = (chat_burst - math.min(messages, chat_burst)) * chat_interval
    local wait = math.max(pause_wait(chat_pause), chat_due - ahead - now)
    if chat_limit > 0 then
        wait = math.max(wait, window_wait(chat_window, chat_length, chat_limit))
    end
    if wait > 0 then
        return {2, math.ceil(wait)}
    end
end

-- A fresh book starts without a burst: what was sent before it was lost isn't all known.
local ahead = spare > 0 and 0 or tolerance
local due = due_at(all_drip, now + ahead, now + tolerance + length + ALBUM * interval)
local wait = math.max(due - ahead - now, window_wait(all_window, length, math.max(limit - spare, 1)), 0)
local paused = pause_wait(all_pause)
if paused > 0 then
    return {1, paused}
end
if interactive and wait > 0 then
    announce(wait + announced_us)
    return {1, math.ceil(wait)}
end
if not interactive then
    local age = now - tonumber(string.match(began, '^%d+'))
    if age >= 0 and age < settling_us then
        wait = math.max(wait, settling_us - age)
    end
    redis.call('ZREMRANGEBYSCORE', waiters, '-inf', exact(now))
    if redis.call('ZCARD', waiters) > 0 then
        wait = wait + interval
    end
    if wait > 0 then
        return {1, math.ceil(wait)}
    end
elseif others_wait then
    announce(interval + announced_us)
else
    redis.call('ZREM', waiters, asker)
end

charge_drip(all_drip, due, interval, 3600000)
charge_window(all_window, length)
if chat_interval > 0 then
    charge_drip(chat_drip, chat_due, chat_interval, 1000)
    if chat_limit > 0 then
        charge_window(chat_window, chat_length)
    end
end
return {0, now}
