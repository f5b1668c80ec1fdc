.program "on-chip" hardware="edge" fingerprint="" cores_per_chip=1 dram=4096
.coverage nodes=1 mapped=1 folded=0 alias=0 macs=1 weight_bytes=0
.node 0 "ring" op="MatMul" layer="" macs=1 flops=2 note=""
.core 0 stream=main

.stream main
  .at 0
  nop mat signal(s1:2)
  s.li rd=r3
  s.li rd=r4
  loop 100000
    m.gemm m=[32] k=[32] acc=0x80000000+r3[32] a=r4[32,0,0,1] w=0x4000[32,1] n=32 wait(s1) signal(s2)
    v.un relu d=[32,32] dst=0x8000:f32[32,1] a=0x80000000+r3[32,1] wait(s2) signal(s3)
    v.bini add d=[32,32] dst=0x8000:f32[32,1] a=0x8000[32,1] imm=0 wait(s3) signal(s1)
    s.alu xor rd=r3 ra=r3 imm=4096
    s.alu xor rd=r4 ra=r4 imm=4096
  endloop
  nop mat wait(s1:2)
  .at none
  halt
