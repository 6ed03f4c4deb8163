import pytest
from actions.models import *
from actions.threads import thread
from priorities.models import *
from django.contrib import admin
pytestmark=[pytest.mark.django_db, pytest.mark.browser]
def test_p(member):
    o=member("officer")
    rows=[(len(thread(a,o)),str(a)[:30],a.get_absolute_url()) for a in Action.objects.filter(priority__agreement__partnership__slug="kent",priority__agreement__year__in=[2026,2022])]
    for r in sorted(rows,reverse=True)[:8]: print(r)
    live=ProgressUpdate.objects.filter(round__agreement__year=2026,round__title="Second round",round__agreement__partnership__slug="kent")
    for u in live: print(u.state,u.action.get_absolute_url())
    print([m._meta.label_lower for m in admin.site._registry])
    for a in Agreement.objects.all(): print(a, a.partnership, a.year, a.chapters.count())
    print([ (p.slug, p.code, p.notes.count(), p.sections.count()) for p in Priority.objects.filter(agreement__year=2022)])
W="""() => { const t=[...document.querySelectorAll('.app-report__actions')].filter(t=>t.getBoundingClientRect().right>320);
 const out=[];
 for (const x of t) { for (const c of x.querySelectorAll('th,td')) { 
   const w=document.createTreeWalker(c, NodeFilter.SHOW_TEXT); let n; while(n=w.nextNode()){ for(const m of n.data.matchAll(/\\S+/g)){const r=document.createRange(); r.setStart(n,m.index); r.setEnd(n,m.index+m[0].length); const b=r.getBoundingClientRect(); if(b.width>130) out.push([m[0].slice(0,90),b.width,c.tagName]);}}
   } out.push([x.getBoundingClientRect().width, x.parentElement.clientWidth, [...x.querySelectorAll('th')].slice(0,2).map(t=>t.getBoundingClientRect().width)]) }
 return out }"""
def test_w(visit):
    v=visit(); v.page.set_viewport_size({"width":320,"height":600}); v.open("/kent/2022-23/reports/annual-summary/")
    for r in v.page.evaluate(W)[:20]: print(r)
    v.page.screenshot(path="/tmp/rep.png")
    v.page.locator(".app-report__actions").nth(1).scroll_into_view_if_needed(); v.page.screenshot(path="/tmp/rep2.png")
