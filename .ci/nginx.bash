# nginx on a free port of 127.0.0.1: to be sourced. Installs it from Debian's packages if it is missing.

nginx=$(PATH=$PATH:/usr/sbin command -v nginx || true)
if [ -z "$nginx" ]; then
    sudo=; if [ "$(id -u)" != 0 ]; then sudo=sudo; fi
    $sudo apt-get update -qq && $sudo apt-get install -qq -y --no-install-recommends nginx-light > /dev/null
    nginx=$(PATH=$PATH:/usr/sbin command -v nginx)
fi


# A worker that root starts belongs to another user, who must be able to read the files.
user=; if [ "$(id -u)" = 0 ]; then user='user root;'; fi
# start_nginx PREFIX: serves PREFIX/prompts, and sets `port` and `server`, the id of the process. The caller ends it.
start_nginx() {
    local prefix=$1
    mkdir -p "$prefix/temporary"
    start_once || start_once || { cat "$prefix/error.log" >&2; return 1; }
}

start_once() {
    port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
    cat > "$prefix/nginx.conf" << END
$user
daemon off;
worker_processes 1;
pid $prefix/nginx.pid;
error_log $prefix/error.log;
events { worker_connections 1024; }
http {
    log_format bytes '\$status \$bytes_sent';
    access_log $prefix/access.log bytes;
    client_body_temp_path $prefix/temporary/body;
    proxy_temp_path $prefix/temporary/proxy;
    fastcgi_temp_path $prefix/temporary/fastcgi;
    uwsgi_temp_path $prefix/temporary/uwsgi;
    scgi_temp_path $prefix/temporary/scgi;
    server {
        listen 127.0.0.1:$port;
        location / {
            root $prefix/prompts;
            etag on;
            types { application/jsonl jsonl; }
            add_header Cache-Control "no-cache";
        }
    }
}
END
    "$nginx" -p "$prefix" -e "$prefix/error.log" -c "$prefix/nginx.conf" &
    server=$!
    # The port may have been taken in the meantime.
    for _ in {1..50}; do
        if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then return 0; fi
        if ! kill -0 "$server" 2> /dev/null; then break; fi
        sleep 0.1
    done
    kill "$server" 2> /dev/null || true
    return 1
}
