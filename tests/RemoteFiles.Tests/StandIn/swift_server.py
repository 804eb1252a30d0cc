"""OpenStack Swift with its S3 API, for tests: its four servers in one process, with one disk.

swift_server.py DIRECTORY PORT ACCESS-KEY SECRET-KEY      says "listening" once it takes connections; ACCESS-KEY is ACCOUNT:USER
"""
import eventlet
eventlet.monkey_patch()

import os
import sys
import time

from eventlet import wsgi
from eventlet.hubs import trampoline
from swift.common import utils
from swift.common.ring import RingBuilder

PIPELINE = ['catch_errors', 'listing_formats', 's3api', 'tempauth', 'copy', 'slo']


class Cache:
    """What Swift keeps in memcached."""

    def __init__(self):
        self.values = {}

    def get(self, key, **_):
        value, until = self.values.get(key, (None, 0))
        return value if not until or until > time.time() else None

    def set(self, key, value, time=0, **_):
        self.values[key] = (value, time and now() + time)

    def incr(self, key, delta=1, time=0, **_):
        value = (self.get(key) or 0) + delta
        self.set(key, value, time)
        return value

    def delete(self, key, **_):
        self.values.pop(key, None)


def now():
    return time.time()


def with_cache(app):
    cache = Cache()

    def call(environment, start_response):
        environment['swift.cache'] = cache
        return app(environment, start_response)

    return call


def write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, 'w') as file:
        file.write(text)
    return path


def write_ring(directory, kind, port):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1, 'ip': '127.0.0.1', 'port': port, 'device': 'disk'})
    builder.rebalance()
    builder.get_ring().save(os.path.join(directory, kind + '.ring.gz'))


def storage_configuration(directory, kind):
    return ('[DEFAULT]\nswift_dir = %s\ndevices = %s\nmount_check = false\nfallocate_reserve = 0\n'
            '[pipeline:main]\npipeline = app\n[app:app]\nuse = egg:swift#%s\n') % (directory, directory, kind)


def proxy_configuration(directory, access, secret):
    account, user = access.split(':')
    filters = ''.join('[filter:%s]\nuse = egg:swift#%s\n' % (name, name) for name in PIPELINE if name != 'tempauth')
    return ('[DEFAULT]\nswift_dir = %s\n[pipeline:main]\npipeline = %s proxy-server\n%s'
            '[filter:tempauth]\nuse = egg:swift#tempauth\nuser_%s_%s = %s .admin\n'
            '[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n') % (
                directory, ' '.join(PIPELINE), filters, account, user, secret)


def main(directory, port, access, secret):
    os.makedirs(os.path.join(directory, 'disk'), exist_ok=True)
    write(directory, 'swift.conf', '[swift-hash]\nswift_hash_path_suffix = tests\n[storage-policy:0]\nname = only\ndefault = yes\n')
    utils.set_swift_dir(directory)
    from swift.common.wsgi import loadapp
    servers = []
    for kind in ('account', 'container', 'object'):
        listener = eventlet.listen(('127.0.0.1', 0), backlog=500)
        write_ring(directory, kind, listener.getsockname()[1])
        servers.append((listener, write(directory, kind + '.conf', storage_configuration(directory, kind))))
    proxy = write(directory, 'proxy.conf', proxy_configuration(directory, access, secret))
    servers.append((eventlet.listen(('127.0.0.1', int(port)), backlog=500), proxy))
    log = open(os.path.join(directory, 'log'), 'a')
    for listener, file in servers:
        eventlet.spawn(wsgi.server, listener, with_cache(loadapp(file)), log)

    print('listening', flush=True)

    # It ends with whoever started it, however that ended.
    trampoline(sys.stdin, read=True)
    os._exit(0)


main(*sys.argv[1:])
