import { isProtected } from './protected-link.js';

describe('a link', () => {
  it.each([
    'https://fleet.example',
    'amqps://mq.example:5671',
    'postgres://u:p@db.example/w?sslmode=verify-full',
    'http://127.0.0.1:8081',
    'http://localhost:8081',
    'http://[::1]:8081',
    'amqp://u:p@127.0.0.9:5672',
    'postgres://u:p@localhost/w',
  ])('%s is protected', (address) => expect(isProtected(address)).toBe(true));

  it.each([
    'http://fleet.example',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'http://0.0.0.0:8080',
    'http://[::]:8080',
    'amqp://mq:5672',
    'postgres://u:p@db/w',
    'postgres://u:p@db/w?sslmode=prefer',
    'postgres://u:p@db/w?sslmode=disable',
    'nonsense',
    '',
  ])('%s is not', (address) => expect(isProtected(address)).toBe(false));
});
