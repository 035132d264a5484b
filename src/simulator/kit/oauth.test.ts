import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { authorize, openAcme, REDIRECT } from './test-acme.ts'

describe('signing in', () => {
  test('the page names everyone, what is asked, and keeps what was unticked', async () => {
    const world = openAcme()
    const response = await world.call(`/authorize?${new URLSearchParams(authorize)}`)
    const text = await response.text()
    assert.equal(response.status, 200)
    for (const word of ['Acme', 'Ada', 'Sam', 'Noor', 'letters', 'numbers', 'Deny'])
      assert.ok(text.includes(word), word)
    const links = [...text.matchAll(/href="([^"]+)"/g)].map((match) => new URL(match[1]!.replaceAll('&amp;', '&')))
    const without = links.find((url) => url.searchParams.get('grant') === 'numbers' && !url.searchParams.has('auto'))!
    const again = await (await world.call(`/authorize${without.search}`)).text()
    assert.ok(again.includes('\u2717 letters') && again.includes('\u2713 numbers'))
    const ada = /href="([^"]*person=ada[^"]*)"/.exec(again)![1]!.replaceAll('&amp;', '&')
    const back = await world.call(`/authorize${new URL(ada).search}`)
    assert.equal(new URL(back.headers.get('location')!).searchParams.get('scope'), 'numbers')
    const denied = await world.call(`/authorize?${new URLSearchParams({ ...authorize, auto: 'deny' })}`)
    assert.equal(denied.headers.get('location'), `${REDIRECT}?error=access_denied&state=xyz`)
  })

  test('PKCE: the verifier must belong to the challenge, and there must be one where it is required', async () => {
    const world = openAcme({ oauth: { pkce: 'required' } })
    const bare = await world.call(`/authorize?${new URLSearchParams({ ...authorize, auto: 'approve' })}`)
    assert.equal(new URL(bare.headers.get('location')!).searchParams.get('error'), 'invalid_request')
    const challenge = createHash('sha256').update('verifier').digest('base64url')
    const query = {
      ...authorize,
      auto: 'approve',
      person: 'ada',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    for (const [verifier, status] of [
      ['wrong', 400],
      [undefined, 400],
      ['verifier', 200],
    ] as const) {
      const asked = await world.call(`/authorize?${new URLSearchParams(query)}`)
      const code = new URL(asked.headers.get('location')!).searchParams.get('code')!
      const form = {
        grant_type: 'authorization_code',
        code,
        ...(verifier === undefined ? {} : { code_verifier: verifier }),
      }
      assert.equal((await world.token(form)).status, status, verifier)
    }
  })

  test('a code lives as long as the provider says; one that comes twice may end what it gave', async () => {
    const world = openAcme({ tokens: { codeSeconds: 30, codeReuseRevokes: true } })
    const code = async () => {
      const asked = await world.call(
        `/authorize?${new URLSearchParams({ ...authorize, auto: 'approve', person: 'ada' })}`,
      )
      return new URL(asked.headers.get('location')!).searchParams.get('code')!
    }
    const late = await code()
    world.clock.advance(30_000)
    assert.equal((await world.token({ grant_type: 'authorization_code', code: late })).status, 400)
    const form = { grant_type: 'authorization_code', code: await code() }
    const { body } = await world.token(form)
    assert.equal(await world.status(body.access_token!), 200)
    assert.equal((await world.token(form)).status, 400)
    assert.equal(await world.status(body.access_token!), 401)
  })
})

describe('refreshing', () => {
  test('without grace the old token is void at once', async () => {
    const world = openAcme()
    const first = await world.signIn('ada')
    const { body: second } = await world.refresh(first.refresh_token!)
    assert.equal((await world.refresh(first.refresh_token!)).status, 400)
    assert.equal(await world.status(first.access_token!), 200)
    assert.equal((await world.refresh(second.refresh_token!)).status, 200)
  })

  test('with grace eight who come at once get the same pair, later ones nothing', async () => {
    const world = openAcme({ tokens: { grace: { seconds: 120, answers: 'same pair' } } })
    const first = await world.signIn('ada')
    const all = await Promise.all(Array.from({ length: 8 }, () => world.refresh(first.refresh_token!)))
    assert.equal(new Set(all.map(({ body }) => `${body.access_token} ${body.refresh_token}`)).size, 1)
    world.clock.advance(120_000)
    assert.equal((await world.refresh(first.refresh_token!)).status, 400)
  })

  test('grace may end with the first use of the new token, and a refresh may end the old one', async () => {
    const grace = { seconds: 8 * 3600, answers: 'new pair', endsWithUse: true } as const
    const world = openAcme({ tokens: { grace, oneAccessToken: true } })
    const first = await world.signIn('ada')
    assert.equal((await world.refresh(first.refresh_token!)).status, 200)
    assert.equal(await world.status(first.access_token!), 401)
    const { status, body } = await world.refresh(first.refresh_token!)
    assert.equal(status, 200)
    assert.equal(await world.status(body.access_token!), 200)
    assert.equal((await world.refresh(first.refresh_token!)).status, 400)
  })

  test('a lasting token is never answered again; a fresh access token may be kept; some have none at all', async () => {
    const lasting = openAcme({ tokens: { refresh: 'lasting' } })
    const { refresh_token: token } = await lasting.signIn('ada')
    for (let i = 0; i < 3; i++) assert.equal((await lasting.refresh(token!)).body.refresh_token, undefined)
    const kept = openAcme({ tokens: { keepAccessAboveSeconds: 1800 } })
    const first = await kept.signIn('ada')
    const { body: same } = await kept.refresh(first.refresh_token!)
    assert.deepEqual([same.access_token, same.refresh_token], [first.access_token, first.refresh_token])
    kept.clock.advance(2000_000)
    assert.notEqual((await kept.refresh(first.refresh_token!)).body.access_token, first.access_token)
    assert.equal((await openAcme({ tokens: { refresh: 'none' } }).signIn('ada')).refresh_token, undefined)
  })

  test('who allows it again after having ended it does not bring old tokens back', async () => {
    const world = openAcme()
    const old = await world.signIn('ada')
    assert.deepEqual(await world.lever('revoke?person=ada'), { ended: 1 })
    const again = await world.signIn('ada')
    assert.equal(await world.status(old.access_token!), 401)
    assert.equal((await world.refresh(old.refresh_token!)).status, 400)
    assert.equal(await world.status(again.access_token!), 200)
  })
})
