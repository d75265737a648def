-- Add what one process knows to have sent to the books, which were lost or never begun. Adding it twice changes nothing.
-- Answers since when these books are, and of which run of Redis: who knows others adds its own, too.
-- Redis that came back may have lost its last seconds: nobody sends until everybody can have added what they know.
local epoch, all_pause = KEYS[1], KEYS[2]
local book = cjson.decode(ARGV[1]) -- {windows = {{key's number, keep_ms, {instant, name, ...}}}, drips = {{key's number, instant}}}

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local run, settling_ms = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)'), tonumber(ARGV[2])

local began = redis.call('GET', epoch)
if began and not string.find(began, run, 1, true) then
    if redis.call('PTTL', all_pause) < settling_ms then
        redis.call('SET', all_pause, 1, 'PX', settling_ms)
    end
    began = false
end
if not began then
    redis.call('SET', epoch, string.format('%.0f ', now) .. run)
end
for _, window in ipairs(book.windows) do
    local key, sent = KEYS[window[1]], window[3]
    for place = 1, #sent, 2 do
        redis.call('ZADD', key, 'NX', sent[place], sent[place + 1])
    end
    redis.call('PEXPIRE', key, window[2])
end
for _, drip in ipairs(book.drips) do
    local key, due = KEYS[drip[1]], tonumber(drip[2])
    if due > now and due > tonumber(redis.call('GET', key) or 0) then
        redis.call('SET', key, drip[2], 'PX', string.format('%.0f', (due - now) / 1000 + 1000))
    end
end
return redis.call('GET', epoch)
